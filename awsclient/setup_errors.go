package awsclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/aws/smithy-go"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// SetupError is why a run could not begin: one sentence, and what to do.
type SetupError struct {
	Message string
	Hint    string
	Err     error // what the SDK said; may be nil

	// local: the configuration or what it names is the cause, and not an answer of AWS.
	local bool
}

func (e *SetupError) Error() string { return e.Message }

// Unwrap returns what the SDK said.
func (e *SetupError) Unwrap() error { return e.Err }

const unknownKeys = "AWS does not know these access keys"

// setupError says why a run could not begin. The endpoint is that of the call that
// failed.
func setupError(ctx context.Context, opts *Options, at namedEndpoint, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("connecting to AWS: %w", ctx.Err())
	}
	say := func(message, hint string) error { return &SetupError{Message: message, Hint: hint, Err: err} }
	if e := credentialsError(opts, err); e != nil {
		return e
	}
	var (
		api     smithy.APIError
		network net.Error
		dns     *net.DNSError
		long    tooLong
	)
	switch {
	case errors.As(err, &api):
		switch api.ErrorCode() {
		case "InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure":
			return say(unknownKeys, "check which credentials are used: `aws sts get-caller-identity`")
		case "SignatureDoesNotMatch", "IncompleteSignature", "InvalidSignatureException":
			return say("AWS refuses the signature: the secret key is wrong, or this machine's clock is", "check the secret key, and the clock")
		case "RequestExpired", "RequestTimeTooSkewed":
			return say("AWS finds the request too old: this machine's clock is wrong, or the session has expired", "set the clock, or get new credentials")
		case "ExpiredToken", "ExpiredTokenException":
			return say("the session's credentials have expired", "get new ones")
		case "AccessDenied", "AccessDeniedException":
			return say("these credentials are not allowed to assume the role of the profile", "check the role's trust policy")
		}
		operation := calledSTS(err)
		switch kind, _ := classify(api.ErrorCode(), "", operation); {
		case kind == inventory.Throttled:
			return say(fmt.Sprintf("AWS throttled %s, still after every retry (%s)", cmp.Or(operation, operationIdentity), words.Cut(api.ErrorCode(), mostCode)), "try again later")
		case operation != "" && operation != operationIdentity:
			return say("AWS refused "+operation+": "+words.Cut(api.ErrorCode(), mostCode), "")
		}
		return say("AWS refused to return the caller identity: "+words.Cut(api.ErrorCode(), mostCode), "")
	case errors.As(err, &long):
		return say("AWS did not return the caller identity: "+long.Error()+at.at(), at.check())
	case errors.As(err, &dns):
		if at.source != "" {
			return say("the name "+dns.Name+" could not be resolved"+at.at(), "check the network, and the name; to call AWS itself, "+at.remove())
		}
		return say("the name "+dns.Name+" could not be resolved", "check the network, and the region's name")
	case errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || isConnection(err):
		if at.source != "" {
			return say("AWS cannot be reached: "+rootCause(err)+at.at(), "check that an endpoint of AWS, or an emulator, is there; to call AWS itself, "+at.remove())
		}
		return say("AWS cannot be reached: "+rootCause(err), "check the network, HTTPS_PROXY, and --endpoint-url if it is given")
	}
	return say("AWS did not return the caller identity: "+rootCause(err)+at.at(), at.check())
}
