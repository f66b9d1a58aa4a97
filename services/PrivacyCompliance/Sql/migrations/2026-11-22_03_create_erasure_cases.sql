-- What of an erasure case must be found without reading its stream (privacy.mt_events): which cases run, and for whom. Written with the stream.
create table privacy.erasure_cases (
    case_id       uuid primary key,
    tenant_id     text not null,
    status        text not null,
    requested_at  timestamptz not null,
    -- While the case runs: the keyed hash by which a second request for the same person is recognised, and who it is, sealed under the
    -- case's key, a file. Both are removed when the case is completed, and the key is destroyed.
    person_hash   bytea,
    sealed_person bytea
);

create unique index erasure_cases_person on privacy.erasure_cases (tenant_id, person_hash) where person_hash is not null;
create index erasure_cases_newest on privacy.erasure_cases (tenant_id, requested_at desc, case_id);
