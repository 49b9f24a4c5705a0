INSERT INTO hmis_source (source, fact, as_of, complete)
VALUES ($1, $2, $3, $4)
