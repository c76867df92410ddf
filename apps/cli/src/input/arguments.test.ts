import { describe, expect, it } from 'vitest';
import {
  builderIdArgument,
  nameArgument,
  repositoryArgument,
  taskIdArgument,
  wholeNumber,
} from './arguments.js';

describe('taskIdArgument', () => {
  it('takes 17 and #17', () => {
    expect([taskIdArgument('17'), taskIdArgument('#17')]).toEqual([17, 17]);
  });

  it.each(['', '0', '-1', '1.5', '1e3', '../1', '17 ', '9'.repeat(16)])('refuses %j', (text) => {
    expect(() => taskIdArgument(text)).toThrow('a task id');
  });
});

describe('repositoryArgument', () => {
  it('takes project/repository', () => {
    expect(repositoryArgument('main/recipes')).toEqual({ project: 'main', repository: 'recipes' });
  });

  it.each(['main', 'main/', '/recipes', 'a/b/c', '../b', 'a/b?x', 'A/b'])('refuses %j', (text) => {
    expect(() => repositoryArgument(text)).toThrow('expected');
  });
});

describe('names and numbers', () => {
  it('refuses what the contracts refuse', () => {
    expect(() => nameArgument('Main')).toThrow('lower-case');
    expect(() => builderIdArgument('a.b')).toThrow('expected');
    expect(builderIdArgument('alder-1')).toBe('alder-1');
  });

  it('keeps numbers within limits', () => {
    const limited = wholeNumber({ min: 1, max: 500 });
    expect(limited('500')).toBe(500);
    for (const text of ['0', '501', '-1', '1.0', '0x10', ''])
      expect(() => limited(text)).toThrow('from 1 to 500');
  });

  it('takes numbers below 0 where the limits do', () => {
    const around = wholeNumber({ min: -5, max: 5 });
    expect([around('-5'), around('0'), around('5')]).toEqual([-5, 0, 5]);
    for (const text of ['-6', '6', '--5', '-', '+5', '1.5']) expect(() => around(text)).toThrow();
  });
});
