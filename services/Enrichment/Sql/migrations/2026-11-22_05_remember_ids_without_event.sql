-- An event's outcome is fixed when it is first processed: the id of one that is not stored (quarantined, or of an erased person) is
-- remembered too, with no event to point to, and the same id later is a duplicate.
alter table events.event_ids alter column id drop not null;
