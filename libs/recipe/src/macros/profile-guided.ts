import { action, type Actions } from './macro-set.js';

const BOLT = ['name(llvm-bolt)'];
const PERF = ['binary(perf)'];

/** Merging profiles of PGO stages, and the BOLT steps. The BOLT actions take a program as their argument. */
export const PROFILE_ACTIONS: Actions = {
  llvm_merge_s1: action([
    'llvm-profdata merge -failure-mode=all -output="%(pgo_dir)/ir.profdata" "%(pgo_dir)"/IR/*.profraw',
    'cp "%(pgo_dir)/ir.profdata" "%(pgo_dir)/combined.profdata"',
  ]),
  llvm_merge_s2: action([
    'llvm-profdata merge -failure-mode=all -output="%(pgo_dir)/combined.profdata" "%(pgo_dir)/ir.profdata" "%(pgo_dir)"/CS/*.profraw',
  ]),
  bolt_instr: action(
    [
      'cairn_bolt_instr() {',
      '    cp "$1" "$1.orig"',
      '    llvm-bolt "$1.orig" -o "$1" --instrument --instrumentation-file="%(pgo_dir)/$(basename "$1").fdata" --instrumentation-file-append-pid',
      '}',
      'cairn_bolt_instr',
    ],
    BOLT,
  ),
  bolt_merge: action(
    [
      'cairn_bolt_merge() {',
      '    merge-fdata "%(pgo_dir)/$(basename "$1")".*.fdata > "%(pgo_dir)/$(basename "$1").fdata"',
      '}',
      'cairn_bolt_merge',
    ],
    BOLT,
  ),
  bolt_opt: action(
    [
      'cairn_bolt_opt() {',
      '    [ -e "$1.orig" ] || cp "$1" "$1.orig"',
      '    llvm-bolt "$1.orig" -o "$1" --data="%(pgo_dir)/$(basename "$1").fdata" --reorder-blocks=ext-tsp --reorder-functions=hfsort --split-functions --split-all-cold --dyno-stats --icf=1',
      '}',
      'cairn_bolt_opt',
    ],
    BOLT,
  ),
  bolt_perf: action(
    ['perf record -e cycles:u -j any,u -o "%(pgo_dir)/perf.data" --'],
    [...BOLT, ...PERF],
  ),
  bolt_perf2bolt: action(
    [
      'cairn_perf2bolt() {',
      '    perf2bolt "$1" -p "%(pgo_dir)/perf.data" -o "%(pgo_dir)/$(basename "$1").fdata"',
      '}',
      'cairn_perf2bolt',
    ],
    [...BOLT, ...PERF],
  ),
};
