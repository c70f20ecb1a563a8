import { account } from "./operations/account.server"
import { development } from "./operations/development.server"
import type { Flow } from "./operations/operation.server"
import { passwordReset } from "./operations/password-reset.server"
import { registration } from "./operations/registration.server"
import { service } from "./operations/service.server"
import { signingIn } from "./operations/sign-in.server"
import { users } from "./operations/users.server"
import { verification } from "./operations/verification.server"

/** Every route that there is with this configuration; a flow that is switched off is absent. */
export function listFlows(): Flow[] {
	const flows = [registration, verification, signingIn, passwordReset, account, users, service, development]
	return flows.map((flow) => flow()).filter(({ operations }) => operations.length > 0)
}
