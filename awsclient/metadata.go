package awsclient

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// metadataTimeout bounds each question to the instance metadata service. On an
// instance it answers within milliseconds; elsewhere nothing answers, and a user
// without credentials should learn that soon. (The SDK waits for 5 s.)
const metadataTimeout = 2 * time.Second

// instanceMetadata asks the instance metadata service for the credentials of
// the instance's role.
type instanceMetadata struct {
	client  func() *imds.Client
	timeout time.Duration
}

// newMetadata makes the client when it is first used: its configuration is not
// whole before, because the providers of credentials are a part of it.
func newMetadata(cfg *aws.Config, timeout time.Duration) *instanceMetadata {
	return &instanceMetadata{sync.OnceValue(func() *imds.Client {
		own := cfg.Copy()
		own.HTTPClient = nil // the SDK's for this service, with short time-outs
		return imds.NewFromConfig(own)
	}), timeout}
}

// GetMetadata is what the SDK's client does, within the time.
func (m *instanceMetadata) GetMetadata(ctx context.Context, in *imds.GetMetadataInput, opts ...func(*imds.Options)) (*imds.GetMetadataOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, m.timeout)
	defer cancel()
	return m.client().GetMetadata(ctx, in, opts...)
}
