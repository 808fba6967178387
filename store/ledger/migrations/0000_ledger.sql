CREATE TABLE "fixes" (
	"series" text NOT NULL,
	"strike" timestamp (3) with time zone NOT NULL,
	"revision" smallint NOT NULL,
	"date" date NOT NULL,
	"value" numeric(20, 6),
	"level" smallint,
	"status" text NOT NULL,
	"reason" text,
	"p25" numeric(20, 6),
	"p75" numeric(20, 6),
	"providers" integer NOT NULL,
	"canonical" text NOT NULL,
	"hash" text NOT NULL,
	"previous_hash" text,
	"signature" text NOT NULL,
	"key_id" text NOT NULL,
	"published_at" timestamp (3) with time zone NOT NULL,
	"time_zone_database" text NOT NULL,
	CONSTRAINT "fixes_series_strike_revision_pk" PRIMARY KEY("series","strike","revision"),
	CONSTRAINT "fixes_hash_unique" UNIQUE("hash"),
	CONSTRAINT "fixes_chain" UNIQUE NULLS NOT DISTINCT("series","previous_hash"),
	CONSTRAINT "suspended_has_no_value" CHECK (("fixes"."status" = 'suspended') = ("fixes"."value" is null))
);
--> statement-breakpoint
CREATE TABLE "keys" (
	"key_id" text PRIMARY KEY NOT NULL,
	"algorithm" text NOT NULL,
	"public_key" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"active" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rulebooks" (
	"version" text PRIMARY KEY NOT NULL,
	"sha256" text NOT NULL,
	"content" jsonb NOT NULL,
	"first_used_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source_health" (
	"source" text PRIMARY KEY NOT NULL,
	"last_run_at" timestamp (3) with time zone,
	"last_success_at" timestamp (3) with time zone,
	"last_error" text,
	"consecutive_failures" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "fixes" ADD CONSTRAINT "fixes_key_id_keys_key_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."keys"("key_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "fixes_by_strike" ON "fixes" USING btree ("strike");--> statement-breakpoint
CREATE INDEX "fixes_by_date" ON "fixes" USING btree ("series","date");