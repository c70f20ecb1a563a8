import type { z } from "zod"
import type { Fault, Faults } from "../auth/fault"
import { en as text } from "../text/en"
import type { Fields } from "./fields.server"

/** What zod found, by field. A schema names a fault by its code; what is no code is a fork's own sentence. */
export function zodFaults(error: z.ZodError | undefined): Faults {
	const faults = new Map<string, Fault[]>()
	for (const issue of error?.issues ?? []) {
		const name = String(issue.path[0])
		const params: { fault?: Fault } = (issue.code === "custom" && issue.params) || {}
		const fault = params.fault ?? ({ code: issue.message } as Fault)
		faults.set(name, [...(faults.get(name) ?? []), fault])
	}
	return Object.fromEntries(faults)
}

/** Of two values, nobody knows which one counts. */
export function repeatedFaults({ repeated }: Fields, { shape }: z.ZodObject): Faults {
	const names = repeated.filter((name) => Object.hasOwn(shape, name) || name === "redirect_to")
	return Object.fromEntries(names.map((name) => [name, [{ code: "repeated" }]]))
}

export function sentencesOf(faults: Faults): Record<string, string[]> {
	return Object.fromEntries(Object.entries(faults).map(([name, list]) => [name, list.map(sentenceOf)]))
}

function sentenceOf(fault: Fault): string {
	if (!Object.hasOwn(text.faults, fault.code)) return fault.code
	const sentence: string | ((fault: never) => string) = text.faults[fault.code]
	return typeof sentence === "string" ? sentence : sentence(fault as never)
}
