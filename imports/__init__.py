"""Lists of people to call: read from what people bring (CSV, XLSX), written for them to keep."""
