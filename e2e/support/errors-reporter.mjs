import { writeFileSync } from "node:fs"
import { relative } from "node:path"

/**
 * Vitest's JSON report has tests only. This one, beside it, has what went wrong outside of them: a file that does not
 * load, a hook, an error that nobody caught.
 */
export default class ErrorsReporter {
	onInit({ config }) {
		this.file = config.outputFile.replace("vitest-", "errors-")
	}

	onTestRunEnd(modules, uncaught) {
		const ofModules = modules.flatMap((module) =>
			[module, ...module.children.allSuites()]
				.flatMap((suite) => suite.errors())
				.map(({ message }) => `${relative(".", module.moduleId)} \u203a outside of its tests: ${message}`),
		)
		writeFileSync(this.file, JSON.stringify([...ofModules, ...uncaught.map(sentenceOf)]))
	}
}

function sentenceOf({ message, stack = message, VITEST_TEST_PATH: file, VITEST_TEST_NAME: test }) {
	const place = [file && relative(".", file), test, "an error that nobody caught"]
		.filter(Boolean)
		.join(" \u203a ")
	return `${place}: ${stack.split("\n").slice(0, 4).join("\n")}`
}
