-- Subjects of erased persons. Every append asks here, in its own transaction and under a lock that whoever enters a subject waits for:
-- once a subject is entered, no event of it can be committed any more, however long ago it was resolved.
create table events.erased_subjects (
    -- The former key id, random; nothing leads from it to a person once its record is gone.
    subject_id uuid primary key,
    erased_at  timestamptz not null
);

-- What an erasure has done so far, for its report: a step that is repeated after a crash finds nothing more to do, but must not report that.
create table events.erasures (
    -- Derived from the case's key, so that it leads to the case only as long as that key exists.
    mark_id   uuid primary key,
    counts    jsonb not null
);
