"""The drawings in docs/ are what the code says."""

from tools import workflow_docs


def test_every_table_of_the_code_is_drawn_with_all_its_steps(tmp_path):
    tables = dict(workflow_docs.workflows(workflow_docs.ROOT))
    assert "supervision.hazard.workflow" in tables
    for module, table in workflow_docs.workflows(workflow_docs.ROOT):
        text = workflow_docs.page(module, table)
        for step in table.transitions:
            assert f"| {step.name} |" in text
            assert all(
                f"{source} --> {step.target}: {step.name}" in text for source in step.sources
            )


def test_a_drawing_changed_by_hand_is_noticed(tmp_path, capsys):
    (tmp_path / "docs/workflows").mkdir(parents=True)
    assert workflow_docs.main([], root=tmp_path) == 0
    (tmp_path / "docs/workflows/invented.md").write_text("# invented")
    assert workflow_docs.main(["--check"], root=tmp_path) == 1
    assert "invented.md" in capsys.readouterr().out
    workflow_docs.main([], root=tmp_path)
    assert workflow_docs.main(["--check"], root=tmp_path) == 0
