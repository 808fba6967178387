-- What fixes name must stay what it was: rulebooks whole, and of a key all but whether it is in use.
CREATE TRIGGER rulebooks_no_truncate BEFORE TRUNCATE ON rulebooks FOR EACH STATEMENT EXECUTE FUNCTION csi_refuse_change();
--> statement-breakpoint
CREATE TRIGGER keys_append_only BEFORE DELETE OR UPDATE OF key_id, algorithm, public_key, created_at ON keys FOR EACH ROW EXECUTE FUNCTION csi_refuse_change();
--> statement-breakpoint
CREATE TRIGGER keys_no_truncate BEFORE TRUNCATE ON keys FOR EACH STATEMENT EXECUTE FUNCTION csi_refuse_change();
