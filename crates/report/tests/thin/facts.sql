SELECT * FROM (VALUES ('tests', 12345.0), ('median', 47.0)) AS t(what, value)
