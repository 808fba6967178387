CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"contributor" text NOT NULL,
	"venue" text,
	"scopes" text[] NOT NULL,
	"secret_sha256" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "contribution_segments" (
	"receipt_id" text NOT NULL,
	"segment" integer NOT NULL,
	"sha256" text NOT NULL,
	"lines" integer NOT NULL,
	"verdicts" text NOT NULL,
	"leaves" text NOT NULL,
	CONSTRAINT "contribution_segments_receipt_id_segment_pk" PRIMARY KEY("receipt_id","segment")
);
--> statement-breakpoint
CREATE TABLE "contributions" (
	"receipt_id" text PRIMARY KEY NOT NULL,
	"contributor" text NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"holder" text NOT NULL,
	"held_until" timestamp (3) with time zone NOT NULL,
	"receipt" text
);
--> statement-breakpoint
CREATE TABLE "verifiers" (
	"id" text PRIMARY KEY NOT NULL,
	"public_key" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "contribution_segments" ADD CONSTRAINT "contribution_segments_receipt_id_contributions_receipt_id_fk" FOREIGN KEY ("receipt_id") REFERENCES "public"."contributions"("receipt_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contributions_by_contributor" ON "contributions" USING btree ("contributor","received_at");