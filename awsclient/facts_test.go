package awsclient

import (
	"testing"

	"github.com/sgaudit/sgaudit/facts"
)

func TestFacts(t *testing.T) {
	const (
		paging    = "docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html"
		throttles = "docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"
		errs      = "Amazon EC2 API Reference, Error codes"
	)
	facts.Check(t, []facts.Fact{
		{"a page can be empty and have a token for the next", paging, "TestFaults/empty pages first"},
		{"a token that comes again means that the list does not end", paging, "TestFaults/same page token"},
		{"too many calls are answered with RequestLimitExceeded, and are to be repeated", throttles, "TestFaults/throttled by the old code"},
		{"UnauthorizedOperation names the kind of policy that denies", "IAM User Guide, Troubleshoot access denied error messages", "TestDenialsNameTheirPolicy"},
		{"AuthFailure in one region means that the region is not enabled", errs, "TestFaults/not opted in"},
		{"RequestExpired means that the credentials expired", errs, "TestFaults/expired"},
		{"InvalidAction means that the endpoint does not know the call", errs, "TestFaults/unknown action"},
		{"a recorder records all types, named types, or all but named types", "AWS Config API Reference, RecordingGroup", "TestRecordsGroups"},
		{"a region that does not know block public access cannot have it on", "Amazon EC2 API Reference, DescribeVpcBlockPublicAccessOptions", "TestPublicAccess/unknown to the region"},
	})
}
