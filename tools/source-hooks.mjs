// Lets Node run our TypeScript straight from the sources: an import of './x.js' finds './x.ts' where no build stands,
// and '@cairn/…' resolves to src through the condition @cairn/source (give --conditions=@cairn/source as well).
// Use: node --conditions=@cairn/source --import ./tools/source-hooks.mjs file.ts
import { registerHooks } from 'node:module';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.startsWith('file:')) {
      const asked = new URL(specifier, context.parentURL);
      const source = new URL(asked.href.replace(/\.js$/, '.ts'));
      if (!existsSync(fileURLToPath(asked)) && existsSync(fileURLToPath(source))) {
        return nextResolve(source.href, context);
      }
    }
    return nextResolve(specifier, context);
  },
});
