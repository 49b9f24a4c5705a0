-- What each source vouches for.
SELECT source, fact, as_of, complete
FROM hmis_source
ORDER BY source, fact
