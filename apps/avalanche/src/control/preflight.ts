import { type Executor, type PreflightFinding } from '@cairn/executor';

/** Whether builds can run here, as text for people or as JSON, and the exit code that says so. */
export async function preflight(
  executor: Executor,
  options: { readonly json: boolean },
): Promise<{ readonly text: string; readonly exitCode: number }> {
  const report = await executor.preflight();
  const exitCode = report.ready ? 0 : 1;
  if (options.json) {
    return { text: JSON.stringify({ executor: executor.name, ...report }, null, 2), exitCode };
  }
  const lines = [
    report.ready
      ? `Builds can run here (executor: ${executor.name}).`
      : `Builds cannot run here yet (executor: ${executor.name}):`,
    ...report.problems.map((finding) => lineOf('problem', finding)),
    ...report.warnings.map((finding) => lineOf('warning', finding)),
  ];
  return { text: lines.join('\n'), exitCode };
}

function lineOf(kind: string, { code, message }: PreflightFinding): string {
  return `  ${kind}: ${message} [${code}]`;
}
