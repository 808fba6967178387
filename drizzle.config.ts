import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './store/ledger/schema.ts',
  out: './store/ledger/migrations',
});
