/** A reason not to start. Its message is one line that names the setting, and is all that the operator sees. */
export class StartError extends Error {
	override name = "StartError"
}
