-- Not Marten's ApplyEventDataMasking, in either package set: a stream that carries the pseudonym in its key must change its key in the same
-- transaction, the events are chosen by their subject and not by their stream, and one statement does what masking does event by event.
update events.mt_events
set data = (data - 'Personal' - 'Visitor') #- '{Place,Latitude}' #- '{Place,Longitude}'
where tenant_id = ? and seq_id = any (?)
