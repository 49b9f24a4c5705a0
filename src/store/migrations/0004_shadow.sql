-- The cases of shadow mode are gone through for how far staff agree with the desk.
CREATE INDEX cases_shadowed ON cases (number) WHERE state = 'shadowed';
