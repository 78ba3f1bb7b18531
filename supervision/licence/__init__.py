"""Licences: types, validity, scope, renewal."""
