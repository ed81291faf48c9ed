package awsclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/sgaudit/sgaudit/awsclient/saved"
	"github.com/sgaudit/sgaudit/inventory"
)

// gap says why one operation in one region did not give its whole answer.
func gap(part inventory.Part, operation string, err error) inventory.Gap {
	var lacking saved.Error
	if errors.As(err, &lacking) {
		return inventory.Gap{Part: part, Operation: operation, Kind: inventory.Failed, Message: string(lacking)}
	}
	g := inventory.Gap{Part: part, Operation: operation, Kind: inventory.Failed}
	if !strings.HasPrefix(operation, "sts:") && fromSTS(err) {
		g = gap(part, operationAssume, err)
		g.Message = "the role could not be assumed again during the run: " + g.Message
		return g
	}
	var network net.Error
	var not *notAnAnswer
	var long tooLong
	var endless endlessPages
	status := statusOf(err)
	switch {
	case errors.Is(err, errDeadline):
		g.Kind, g.Message = inventory.Unreachable, "no answer within the region's deadline"
	case errors.Is(err, context.Canceled):
		g.Message = "interrupted before the answer was complete"
	case errors.Is(err, errRepeatedToken):
		g.Message = "the endpoint answered with the same page token again and again"
	case errors.As(err, &endless):
		g.Message = endless.Error()
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
			depth := inventory.DepthGroups
			if inventory.DepthNetwork.Parts()&part == 0 {
				depth = inventory.DepthNetwork
			}
			g.Message += fmt.Sprintf("; --depth %s does without %s", depth, operation)
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

// Passes reports whether what kept a run from beginning may be over at another try:
// AWS throttled it, or could not be reached.
func Passes(err error) bool {
	var setup *SetupError
	if !errors.As(err, &setup) || setup.Err == nil {
		return false
	}
	kind := gap(0, "", setup.Err).Kind
	return kind == inventory.Throttled || kind == inventory.Unreachable
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
		return inventory.Expired, "the credentials expired during the run"
	case "InvalidAction", "UnsupportedOperation", "UnknownParameter", "UnknownOperationException", "UnknownOperation", "InvalidParameterCombination":
		return inventory.Unsupported, "the endpoint does not support " + operation
	case "PendingVerification", "Blocked":
		return inventory.Failed, "AWS has restricted the account: " + code
	}
	for throttle := range retry.DefaultThrottleErrorCodes {
		if code == throttle || code == "Client.RequestLimitExceeded" {
			return inventory.Throttled, "still throttled after every retry"
		}
	}
	return inventory.Failed, "AWS answered with " + code
}
