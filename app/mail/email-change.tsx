import { appName } from "../auth.config"
import { LinkButton, Mail, Paragraph } from "./layout"

/** Names nobody: the address isn't proven, and a user name may be a stranger's words. */
export function EmailChangeMail(props: { link: string; period: string }) {
	return (
		<Mail subject={`Confirm your new e-mail address for ${appName}`}>
			<Paragraph>Hello,</Paragraph>
			<Paragraph>
				Somebody, most likely you, wants to use this address for their account. Please confirm that it's
				yours.
			</Paragraph>
			<LinkButton href={props.link}>Confirm this address</LinkButton>
			<Paragraph quiet>
				The link works once, and for {props.period}. If it wasn't you, do nothing: this address stays unused.
			</Paragraph>
		</Mail>
	)
}
