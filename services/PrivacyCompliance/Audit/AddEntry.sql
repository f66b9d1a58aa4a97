insert into privacy.audit_log (at, tenant_id, actor, action, case_id, outcome) values (?, ?, ?, ?, ?, ?)
