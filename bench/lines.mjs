/** A line of the table that `bench.mjs` prints: what was asked for, what came out, and whether it holds. */
export function atLeast(least, what, figure, details = "") {
	return { what, target: `at least ${least}`, figure: round(figure), holds: figure >= least, details }
}

export function below(bound, what, figure, details = "") {
	return { what, target: `below ${bound}`, figure: round(figure), holds: figure < bound, details }
}

/** Asks each of `asks` once in every round, one after the other. @returns what each gave, by round */
export async function inTurn(rounds, asks) {
	const results = Object.fromEntries(Object.keys(asks).map((name) => [name, []]))
	for (let round = 1; round <= rounds; round++) {
		for (const [name, ask] of Object.entries(asks)) results[name].push(await ask())
		const figures = Object.entries(results).map(([name, figures]) => `${name} ${short(figures.at(-1))}`)
		console.log(`  ${round}: ${figures.join(", ")}`)
	}
	return results
}

/** The median of what the rounds gave, each for itself; and between what, with both medians, to be shown beside it. */
export function ratioOf(results, name, other) {
	const ratios = results[name].map((figure, round) => figure / results[other][round])
	const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2))
	const figures = `${short(median(results[name]))} to ${short(median(results[other]))}`
	return [median(ratios), `${least} to ${most}; ${figures}`]
}

export function median(numbers) {
	return percentile(numbers, 0.5)
}

export function table(lines) {
	const rows = lines.map(({ what, target, figure, holds, details }) => [
		what,
		target,
		details ? `${figure} (${details})` : String(figure),
		holds ? "\u2713" : "**missed**",
	])
	return [["what", "target", "measured", ""], ["---", "---", "---", "---"], ...rows]
		.map((cells) => `| ${cells.join(" | ")} |`)
		.join("\n")
}

function short(number) {
	return number.toFixed(number < 100 ? 1 : 0)
}

function round(number) {
	return Math.round(number * 100) / 100
}

export function percentile(numbers, share) {
	const sorted = numbers.toSorted((a, b) => a - b)
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
