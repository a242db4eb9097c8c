"""The door for measured files: text of any encoding, tables of any separator, exports of
cyclers."""
