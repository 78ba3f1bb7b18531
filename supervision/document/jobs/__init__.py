"""Background work of documents: daily alarms and reckonings, and the making of dossiers."""
