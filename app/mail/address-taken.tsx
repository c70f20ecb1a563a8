import { appName } from "../auth.config"
import { LinkButton, Mail, Paragraph } from "./layout"

export function AddressTakenMail(props: { username: string; verified: boolean; link: string }) {
	return (
		<Mail
			subject={`You already have an account at ${appName}`}
			title="You already have an account"
			preview="Someone tried to register with this address. Nothing was changed."
			reason={`Sent by ${appName}, because someone tried to register with this address.`}
		>
			<Paragraph>Hello {props.username},</Paragraph>
			<Paragraph>Someone just tried to register with this address, but it already has an account.</Paragraph>
			<Paragraph>
				{props.verified
					? "If that was you, sign in with the account that you have."
					: "If that was you: your address isn't confirmed yet. Ask for a new link, confirm it, then sign in."}
			</Paragraph>
			<LinkButton href={props.link}>{props.verified ? "Sign in" : "Get a new link"}</LinkButton>
			<Paragraph quiet>Wasn't it you? Then do nothing: nothing was changed.</Paragraph>
		</Mail>
	)
}
