// One measured piece of work of tools/bench/stone.mjs in a process of its own.
import { extractStone, findStones, describeStones } from '../../libs/stone-files/dist/index.js';

const [task, path, out] = process.argv.slice(2);
if (task === 'extract') {
  const result = await extractStone(path, out);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
} else {
  for (const result of await describeStones(await findStones(path))) {
    if (!result.ok) throw new Error(JSON.stringify(result.error));
  }
}
