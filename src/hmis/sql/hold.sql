-- On PostgreSQL, before a record is read again to be closed or set back: until the transaction ends nobody else enters
-- anything. (On SQLite a transaction that writes is alone anyway.) Whoever is at it is waited for; reading goes on all the
-- while.
LOCK TABLE hmis_record IN EXCLUSIVE MODE;
LOCK TABLE hmis_data, hmis_grant, hmis_entry IN SHARE ROW EXCLUSIVE MODE
