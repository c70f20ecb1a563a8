import { appName } from "../auth.config"
import { LinkButton, Mail, Paragraph } from "./layout"

/** @param props.username null where the address isn't proven: then the name may be a stranger's words */
export function ResetMail(props: { username: string | null; link: string; period: string }) {
	return (
		<Mail
			subject={`Choose a new password for ${appName}`}
			title="Choose a new password"
			preview={`Open the link to choose it. The link works for ${props.period}.`}
			reason={`Sent by ${appName}, because someone asked for a new password for your account.`}
		>
			<Paragraph>Hello{props.username && ` ${props.username}`},</Paragraph>
			<Paragraph>Someone, most likely you, asked for a new password for your account.</Paragraph>
			<LinkButton href={props.link}>Choose a new password</LinkButton>
			<Paragraph quiet>
				The link works once, within {props.period}. Once you've chosen a new password, every device is signed
				out.
			</Paragraph>
			<Paragraph quiet>
				If this wasn't you, you can ignore this message: your password stays as it is.
			</Paragraph>
		</Mail>
	)
}
