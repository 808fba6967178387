CREATE TABLE "log_leaves" (
	"index" bigint PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"hash" text NOT NULL,
	"leaf_hash" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "log_leaves_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "log_state" (
	"id" smallint PRIMARY KEY NOT NULL,
	"size" bigint NOT NULL,
	"peaks" text[] NOT NULL,
	CONSTRAINT "log_state_is_one_row" CHECK ("log_state"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "signed_records" (
	"hash" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"canonical" text NOT NULL,
	"signature" text NOT NULL,
	"key_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tree_heads" (
	"size" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"root" text NOT NULL,
	"canonical" text NOT NULL,
	"signature" text NOT NULL,
	"key_id" text NOT NULL,
	CONSTRAINT "tree_heads_size_at_pk" PRIMARY KEY("size","at")
);
--> statement-breakpoint
ALTER TABLE "signed_records" ADD CONSTRAINT "signed_records_key_id_keys_key_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."keys"("key_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tree_heads" ADD CONSTRAINT "tree_heads_key_id_keys_key_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."keys"("key_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "signed_records_by_subject" ON "signed_records" USING btree ("kind","subject","at");