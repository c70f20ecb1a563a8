import { ZxcvbnFactory } from "@zxcvbn-ts/core"
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common"
import { config } from "../../auth.config"

/** What makes a password easy to guess: it is one of the most common, or little more than … */
export type Weakness = "common" | "common_word" | "service_name" | "repeat" | "sequence" | "keyboard" | "date"

/**
 * How much of a password is matched, in UTF-16 code units. The matchers' time grows with the cube of it: 32 cost at
 * most 2 ms, 100 cost 30, 256 cost 400. If the first 32 can be guessed, that is said, whatever follows.
 */
const MAX_MATCHED_LENGTH = 32

/** What zxcvbn counts as safe where hashes are guessed at, and slowly. */
const STRONG_GUESSES = 10 ** 10

const SIGNS = /[^\p{L}\p{N}]/gu

const WEAKNESS_OF_PATTERN = new Map<string, Weakness>([
	["dictionary", "common_word"],
	["repeat", "repeat"],
	["sequence", "sequence"],
	["spatial", "keyboard"],
	["date", "date"],
	["regex", "date"],
])

const appName = bare(config.appName)

/** Made with the first password: they would delay the server's start. */
let matchers: { mostCommon: Set<string>; zxcvbn: ZxcvbnFactory } | undefined

/** @param password of a length that is accepted, in NFC. */
export function findWeakness(password: string): Weakness | null {
	const { mostCommon, zxcvbn } = getMatchers()
	if (mostCommon.has(password.toLowerCase())) return "common"
	const { minGuesses } = config.password
	const start = password.slice(0, MAX_MATCHED_LENGTH)
	// The service's name counts for nothing (NIST SP 800-63B-4, 3.1.1.2).
	const [before, ...after] = appName ? bare(start).split(appName) : []
	if (after.length > 0 && zxcvbn.check(before + after.join("")).guesses < minGuesses) return "service_name"
	const weakness = weaknessBelow(minGuesses, start)
	// zxcvbn counts 10^8 for a third part, such as the sign of `Summer2024!`. Each is worth a factor of ten.
	const unsigned = start.replace(SIGNS, "")
	if (weakness || unsigned === start) return weakness
	return weaknessBelow(minGuesses / 10 ** (start.length - unsigned.length), unsigned)
}

/** @returns whether it takes so many guesses that even its hash does not give it away. @param password as above */
export function isStrong(password: string): boolean {
	return getMatchers().zxcvbn.check(password.slice(0, MAX_MATCHED_LENGTH)).guesses >= STRONG_GUESSES
}

function weaknessBelow(minGuesses: number, text: string): Weakness | null {
	const { guesses, sequence } = getMatchers().zxcvbn.check(text)
	if (guesses >= minGuesses) return null
	const matches = sequence.filter(({ pattern }) => WEAKNESS_OF_PATTERN.has(pattern))
	const [longest] = matches.sort((one, other) => other.token.length - one.token.length)
	return WEAKNESS_OF_PATTERN.get(longest?.pattern ?? "") ?? null
}

function getMatchers() {
	matchers ??= makeMatchers()
	return matchers
}

function makeMatchers() {
	const common = dictionary["passwords-common"].slice(0, config.password.refuseMostCommon)
	const zxcvbn = new ZxcvbnFactory({
		dictionary: { common },
		graphs: adjacencyGraphs,
		maxLength: MAX_MATCHED_LENGTH,
		// Each reading of `l3tm31n` costs another search. The list holds the usual ones as they are.
		l33tMaxSubstitutions: 0,
	})
	return { mostCommon: new Set(common), zxcvbn }
}

/** Without signs and capitals. */
function bare(text: string): string {
	return text.replace(SIGNS, "").toLowerCase()
}
