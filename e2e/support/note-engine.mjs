/** Preloaded by `--import`: the server logs a line when Prisma's engine, which is WebAssembly, is loaded. */
const { Instance } = WebAssembly

WebAssembly.Instance = class extends Instance {
	constructor(...given) {
		process.stdout.write(`${JSON.stringify({ event: "test.engine" })}\n`)
		super(...given)
	}
}
