import { type ActionFunctionArgs, data } from "@remix-run/node"
import { checkRegistration } from "../auth/registration-check.server"
import { registrationCheckSchema } from "../auth/schema"
import { config } from "../auth.config"
import { sentencesOf } from "../http/faults.server"
import { notFound, requireRegistration } from "../http/guard.server"
import { readRegistration } from "../http/registration-cookie.server"
import { read, refuse } from "../http/submission.server"

/** What the form of `/register` asks while it is filled in. Always JSON: it has no page. */
export async function action(args: ActionFunctionArgs) {
	requireRegistration()
	if (config.registration.readOnly) throw notFound()
	const submission = await read(args, registrationCheckSchema)
	if (!submission.ok) return submission.answer
	const { request, context } = args
	const outcome = await checkRegistration(submission.value, readRegistration(request), context.caller)
	if (!outcome.ok) return refuse(outcome, submission)
	const faults = {
		...(outcome.username && { username: [outcome.username] }),
		...(outcome.password.length > 0 && { password: outcome.password }),
	}
	return data({ faults: sentencesOf(faults), strong_password: outcome.isStrong })
}
