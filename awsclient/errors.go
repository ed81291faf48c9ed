package awsclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sgaudit/sgaudit/awsclient/saved"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// SetupError is why a run could not begin: one sentence, and what to do.
type SetupError struct {
	Message string
	Hint    string
	Err     error // what the SDK said; may be nil
}

func (e *SetupError) Error() string { return e.Message }

// Unwrap returns what the SDK said.
func (e *SetupError) Unwrap() error { return e.Err }

const unknownKeys = "AWS does not know these access keys"

func setupError(ctx context.Context, opts *Options, err error) error {
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
			return say("AWS finds the request too old: this machine's clock is wrong, or the session has run out", "set the clock, or get new credentials")
		case "ExpiredToken", "ExpiredTokenException":
			return say("the session's credentials have expired", "get new ones")
		case "AccessDenied", "AccessDeniedException":
			return say("these credentials may not take the role that the profile names", "check the role's trust policy")
		}
		return say("AWS refused to tell who the caller is: "+words.Cut(api.ErrorCode(), mostCode), "")
	case errors.As(err, &long):
		return say("AWS did not tell who the caller is: "+long.Error(), "check --endpoint-url if it is given")
	case errors.As(err, &dns):
		return say("the name "+dns.Name+" could not be resolved", "check the network, and the region's name")
	case errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || isConnection(err):
		return say("AWS cannot be reached: "+rootCause(err), "check the network, HTTPS_PROXY, and --endpoint-url if it is given")
	}
	return say("AWS did not tell who the caller is: "+rootCause(err), "check --endpoint-url if it is given")
}

func isConnection(err error) bool {
	var send *smithyhttp.RequestSendError
	return errors.As(err, &send)
}

// rootCause returns the innermost error's text: the SDK wraps what happened
// in a chain of its own that helps nobody.
func rootCause(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return firstLine(err.Error())
		}
		err = next
	}
}

const (
	mostText = 200 // bytes of a text of the outside that a message repeats
	mostCode = 70  // bytes of an error code; the longest of AWS have some 60
)

func firstLine(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return words.Cut(text, mostText)
}

// gap says why one operation in one region did not give its whole answer.
func gap(part inventory.Part, operation string, err error) inventory.Gap {
	var lacking saved.Error
	if errors.As(err, &lacking) {
		return inventory.Gap{Part: part, Operation: operation, Kind: inventory.Failed, Message: string(lacking)}
	}
	g := inventory.Gap{Part: part, Operation: operation, Kind: inventory.Failed}
	var network net.Error
	var not *notAnAnswer
	var long tooLong
	status := statusOf(err)
	switch {
	case errors.Is(err, errDeadline):
		g.Kind, g.Message = inventory.Unreachable, "no answer within the region's deadline"
	case errors.Is(err, context.Canceled):
		g.Message = "interrupted before the answer was complete"
	case errors.Is(err, errRepeatedToken):
		g.Message = "the endpoint answered with the same page token again and again"
	case errors.As(err, &long):
		g.Message = long.Error()
	case errors.As(err, &not):
		g.Message = "the endpoint sent what is " + not.Error()
	case codeOf(err) != "":
		g.Code = codeOf(err)
		g.Kind, g.Message = classify(g.Code, err.Error(), operation)
	case status == http.StatusNotFound || status == http.StatusNotImplemented:
		g.Kind, g.Message = inventory.Unsupported, fmt.Sprintf("the endpoint answered with status %d", status)
	case withoutCode(err):
		g.Message = "the endpoint answered with status 500 and no error code, as emulators do where they lack an action"
		if basic := inventory.DepthGroups.Parts(); part != 0 && !basic.Has(part) {
			g.Message += "; --depth groups does without " + operation
		}
	case status >= 300:
		g.Message = fmt.Sprintf("the endpoint answered with status %d", status)
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout():
		g.Kind, g.Message = inventory.Unreachable, "no answer in time"
	case isConnection(err) || errors.As(err, &network):
		g.Kind, g.Message = inventory.Unreachable, "the connection failed or broke off"
	default:
		g.Message = "the answer could not be read: " + rootCause(err)
	}
	return g
}

// statusOf returns the HTTP status of the answer, 0 where none came.
func statusOf(err error) int {
	if response := (*smithyhttp.ResponseError)(nil); errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

// triesOf returns the number of the try that the answer is for, as the SDK says
// in the request's header, 0 where no answer came.
func triesOf(err error) (n int) {
	response := (*smithyhttp.ResponseError)(nil)
	if errors.As(err, &response) && response.Response != nil && response.Response.Request != nil {
		_, _ = fmt.Sscanf(response.Response.Request.Header.Get("Amz-Sdk-Request"), "attempt=%d", &n)
	}
	return n
}

// codeOf returns the code with which AWS says what is wrong, empty where it
// says nothing. The SDK makes UnknownError of an answer that it cannot read.
func codeOf(err error) string {
	if api := smithy.APIError(nil); errors.As(err, &api) && api.ErrorCode() != "UnknownError" {
		return words.Cut(api.ErrorCode(), mostCode)
	}
	return ""
}

// classify turns an error code of AWS into a kind and a message that names
// the remedy (codes: EC2 API reference, "Error codes").
func classify(code, message, operation string) (inventory.GapKind, string) {
	switch code {
	case "UnauthorizedOperation", "AccessDenied", "AccessDeniedException":
		for _, policy := range []string{"service control policy", "resource control policy", "permissions boundary", "VPC endpoint policy"} {
			if strings.Contains(message, policy) {
				return inventory.DeniedByPolicy, fmt.Sprintf("a %s denies %s", policy, operation)
			}
		}
		return inventory.Denied, "the caller lacks the permission " + operation
	case "AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException", "OptInRequired":
		return inventory.NotOptedIn, "the region is not enabled for the account"
	case "RequestExpired", "ExpiredToken", "ExpiredTokenException":
		return inventory.Expired, "the credentials ran out during the run"
	case "InvalidAction", "UnsupportedOperation", "UnknownParameter", "UnknownOperationException", "UnknownOperation", "InvalidParameterCombination":
		return inventory.Unsupported, "the endpoint does not know " + operation
	case "PendingVerification", "Blocked":
		return inventory.Failed, "AWS holds the account back: " + code
	}
	for throttle := range retry.DefaultThrottleErrorCodes {
		if code == throttle || code == "Client.RequestLimitExceeded" {
			return inventory.Throttled, "still throttled after every retry"
		}
	}
	return inventory.Failed, "AWS answered with " + code
}
