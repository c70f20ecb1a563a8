import { env } from "../../../env.server"
import * as answers from "../answers.server"
import type { Flow, Operation } from "./operation.server"

export function development(): Flow {
	const inbox: Operation = {
		id: "listMails",
		method: "get",
		path: "/dev/mail",
		summary: "List the mails that were sent",
		access: "public",
		hasPage: true,
		answer: { status: 200, body: answers.inbox, description: "Newest first." },
		refuses: [],
	}
	return {
		name: "Development",
		description: "Not available in production.",
		operations: env.production ? [] : [inbox],
	}
}
