-- Other services' changes are told here after they were committed, perhaps twice: (source, source_id) is what makes an entry the same.
alter table privacy.audit_log
    add column object    text,  -- what it was done to: a user's or a login's name
    add column details   jsonb, -- what it came to; never a password
    add column source    text,  -- null: this service
    add column source_id bigint;

create unique index audit_log_source on privacy.audit_log (source, source_id) where source is not null;
