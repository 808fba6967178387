-- Published facts are never changed: a later finding is a new revision beside the old one.
CREATE FUNCTION csi_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP;
END $$;
--> statement-breakpoint
CREATE TRIGGER fixes_append_only BEFORE UPDATE OR DELETE ON fixes FOR EACH ROW EXECUTE FUNCTION csi_refuse_change();
--> statement-breakpoint
CREATE TRIGGER fixes_no_truncate BEFORE TRUNCATE ON fixes FOR EACH STATEMENT EXECUTE FUNCTION csi_refuse_change();
--> statement-breakpoint
CREATE TRIGGER rulebooks_append_only BEFORE UPDATE OR DELETE ON rulebooks FOR EACH ROW EXECUTE FUNCTION csi_refuse_change();
