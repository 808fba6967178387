-- What was published stays: leaves, tree heads and signed records only grow.
INSERT INTO log_state (id, size, peaks) VALUES (1, 0, '{}');
--> statement-breakpoint
CREATE TRIGGER log_leaves_append_only BEFORE UPDATE OR DELETE ON log_leaves FOR EACH ROW EXECUTE FUNCTION csi_refuse_change();
--> statement-breakpoint
CREATE TRIGGER log_leaves_no_truncate BEFORE TRUNCATE ON log_leaves FOR EACH STATEMENT EXECUTE FUNCTION csi_refuse_change();
--> statement-breakpoint
CREATE TRIGGER tree_heads_append_only BEFORE UPDATE OR DELETE ON tree_heads FOR EACH ROW EXECUTE FUNCTION csi_refuse_change();
--> statement-breakpoint
CREATE TRIGGER tree_heads_no_truncate BEFORE TRUNCATE ON tree_heads FOR EACH STATEMENT EXECUTE FUNCTION csi_refuse_change();
--> statement-breakpoint
CREATE TRIGGER signed_records_append_only BEFORE UPDATE OR DELETE ON signed_records FOR EACH ROW EXECUTE FUNCTION csi_refuse_change();
--> statement-breakpoint
CREATE TRIGGER signed_records_no_truncate BEFORE TRUNCATE ON signed_records FOR EACH STATEMENT EXECUTE FUNCTION csi_refuse_change();
--> statement-breakpoint
CREATE TRIGGER log_state_stays BEFORE DELETE ON log_state FOR EACH ROW EXECUTE FUNCTION csi_refuse_change();
