package awsclient

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/smithy-go"

	"github.com/sgaudit/sgaudit/inventory"
)

// readQuotas reads the quota of rules per security group. Where the account has
// no value of its own, Service Quotas may know none, and AWS's default holds
// (docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html).
func readQuotas(ctx context.Context, r *reader, p *pager) error {
	client := servicequotas.NewFromConfig(r.config)
	return p.once(ctx, func(ctx context.Context) error {
		out, err := client.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("vpc"), QuotaCode: aws.String(inventory.RulesPerGroupCode)})
		var failure smithy.APIError
		switch {
		case errors.As(err, &failure) && failure.ErrorCode() == "NoSuchResourceException":
			return nil // AWS's default applies
		case err != nil:
			return err
		case out.Quota.Value == nil || *out.Quota.Value < 1 || *out.Quota.Value > mostRulesPerGroup || aws.ToString(out.Quota.QuotaCode) != inventory.RulesPerGroupCode:
			return fmt.Errorf("the answer is not the quota of rules per security group (%s)", inventory.RulesPerGroupCode)
		}
		r.region.Quotas = []inventory.Quota{{Code: inventory.RulesPerGroupCode, Value: int(*out.Quota.Value)}}
		return nil
	})
}

// mostRulesPerGroup bounds the quota: rules per group times groups per network
// interface may not exceed 1,000 (Amazon VPC User Guide, "Amazon VPC quotas").
const mostRulesPerGroup = 1000
