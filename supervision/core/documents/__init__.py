"""Papers of law: versioned templates, a snapshot of data, PDF and DOCX of the same bytes for ever."""
