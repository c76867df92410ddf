import { err, ok, type Result } from '@cairn/std';
import { parseDependency, type Dependency, type StonePackage } from '@cairn/stone';
import { z } from 'zod';

const dependencies = z
  .array(z.string())
  .default([])
  .transform((texts, context) => texts.flatMap((text) => dependencyOf(text, context)));

const documentSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  sourceRelease: z.int().min(0),
  buildRelease: z.int().min(0).default(1),
  architecture: z.string().default('x86_64'),
  summary: z.string().default(''),
  description: z.string().default(''),
  sourceId: z.string().optional(),
  homepage: z.string().default(''),
  licenses: z.array(z.string()).default([]),
  depends: dependencies,
  provides: dependencies,
  conflicts: dependencies,
});

/** A package’s description from a JSON document; capabilities are texts such as `soname(libc.so.6(x86_64))`. */
export function readPackageDocument(json: string): Result<StonePackage, string> {
  const parsed = documentSchema.safeParse(parseJson(json));
  if (!parsed.success) return err(z.prettifyError(parsed.error));
  const { sourceId, ...fields } = parsed.data;
  return ok({ ...fields, sourceId: sourceId ?? fields.name, buildDepends: [] });
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function dependencyOf(text: string, context: z.RefinementCtx): Dependency[] {
  const parsed = parseDependency(text);
  if (parsed.ok) return [parsed.value];
  context.addIssue({ code: 'custom', message: parsed.error.message });
  return [];
}
