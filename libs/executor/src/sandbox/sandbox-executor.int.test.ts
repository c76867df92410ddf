import { BuildBench } from '../build-bench.conformance.js';
import { describeExecutor } from '../executor.conformance.js';
import { sandboxExecutor } from './sandbox-executor.js';

const HEAD = 'name: demo\nversion: "1"\nrelease: 2\nhomepage: h\nlicense: MIT\n';

describeExecutor({
  executor: sandboxExecutor(),
  bench: new BuildBench(),
  recipes: {
    good: {
      source: 'demo',
      text: `${HEAD}build: |\n    echo words > words\ninstall: |\n    install -Dm0644 words %(installroot)/usr/share/demo/words\n`,
    },
    failing: `${HEAD}build: |\n    echo "x.c:1: error: no stone"\n    exit 7\n`,
    hanging: `${HEAD}build: |\n    echo hanging-now\n    sleep 60\n`,
  },
});
