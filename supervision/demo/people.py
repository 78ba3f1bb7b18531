"""Who may sign in to the demonstration: one account per role, and two people per enterprise."""

from __future__ import annotations

from dataclasses import dataclass

from supervision.account.roles import Role

# For a demonstration on one's own machine only; printed at every start.
PASSWORD = "AnqiDemo2026"

CITY, DISTRICT, OTHER_DISTRICT = "3301", "330110", "330113"


@dataclass(frozen=True, slots=True)
class SignIn:
    """``enterprise``: place in the table of enterprises, None for the authority's people."""

    username: str
    name: str
    role: Role
    region: str = ""
    enterprise: int | None = None


OFFICIALS = (
    SignIn("admin", "周正", Role.ADMINISTRATOR),
    SignIn("auditor", "秦明远", Role.AUDITOR),
    SignIn("city", "陶建华", Role.OFFICER, CITY),
    SignIn("chief", "韩志远", Role.SECTION_CHIEF, DISTRICT),
    SignIn("deputy", "许倩", Role.SECTION_CHIEF, DISTRICT),
    SignIn("inspector", "林海", Role.OFFICER, DISTRICT),
    SignIn("inspector2", "高岚", Role.OFFICER, OTHER_DISTRICT),
    SignIn("operator", "叶晓", Role.VIDEO_OPERATOR, DISTRICT),
)

# An administrative inspection takes two: those who go along, and who approves next door.
COLLEAGUES = (
    SignIn("inspector3", "郑川", Role.OFFICER, DISTRICT),
    SignIn("inspector5", "方可", Role.OFFICER, DISTRICT),
    SignIn("inspector4", "苏婧", Role.OFFICER, OTHER_DISTRICT),
    SignIn("chief2", "梁文博", Role.SECTION_CHIEF, OTHER_DISTRICT),
)


def enterprise_people(index: int, principal: str, safety_manager: str) -> tuple[SignIn, ...]:
    """The people of the enterprise at ``index`` of the table."""
    prefix = "" if index == 0 else f"e{index + 1:02d}."
    people = (
        SignIn(f"{prefix}principal", principal, Role.PRINCIPAL, enterprise=index),
        SignIn(f"{prefix}safety", safety_manager, Role.SAFETY_MANAGER, enterprise=index),
    )
    if index:
        return people
    return (*people, SignIn("worker", "阿力", Role.EMPLOYEE, enterprise=0))


# What is printed: one sign-in per role.
SHOWN = (
    *(person.username for person in OFFICIALS),
    "principal",
    "safety",
    "worker",
)
