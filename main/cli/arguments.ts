/** The arguments of one command, parsed by Node and read by type. Every complaint is an AppError `usage`. */
import { parseArgs } from 'node:util';
import { AppError } from '../../shared/errors';
import type { Command } from './command';

export class Arguments {
  private constructor(
    /** What is not an option, in order. */
    readonly operands: readonly string[],
    private readonly values: Readonly<Record<string, string | boolean | undefined>>,
  ) {}

  /** @throws AppError `usage` for an option that the command does not have, or one without its value. */
  static parse(command: Pick<Command, 'options'>, argv: readonly string[]): Arguments {
    const names = Object.entries({ ...command.options, ...COMMON_OPTIONS });
    const options = names.map(([name, { value }]) => [name, { type: value ? 'string' : 'boolean' }] as const);
    try {
      const { values, positionals } = parseArgs({
        args: [...argv],
        options: Object.fromEntries(options),
        allowPositionals: true,
      });
      return new Arguments(positionals, values as Record<string, string | boolean>);
    } catch (cause) {
      throw usage('arguments', cause instanceof Error ? cause.message : String(cause));
    }
  }

  flag(name: string): boolean {
    return this.values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  required(name: string): string {
    const value = this.text(name);
    if (!value) throw usage(`--${name}`, `--${name} is needed`);
    return value;
  }

  /** A finite number above `above`. */
  number(name: string, above: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = parseNumber(`--${name}`, text);
    if (value <= above) throw usage(`--${name}`, `--${name} must be above ${above}, got ${text}`);
    return value;
  }

  /** A whole number from `least` on. */
  count(name: string, least: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = parseNumber(`--${name}`, text);
    if (!Number.isInteger(value) || value < least) {
      throw usage(`--${name}`, `--${name} takes a whole number from ${least} on, got ${text}`);
    }
    return value;
  }

  /** The only operand. */
  operand(what: string): string {
    const [only, ...others] = this.operands;
    if (!only || others.length > 0) throw usage(what, `exactly one ${what} is needed, got ${this.operands.length}`);
    return only;
  }
}

/** Options that every command has. */
export const COMMON_OPTIONS: Command['options'] = {
  json: { help: 'print the result as JSON on standard output' },
  help: { help: 'show this help' },
};

export function usage(subject: string, message: string): AppError {
  return new AppError('usage', subject, message);
}

/** @throws AppError `usage` for anything but a finite number. */
export function parseNumber(subject: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value)) throw usage(subject, `${subject}: "${text}" is not a number`);
  return value;
}
