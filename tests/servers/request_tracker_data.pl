# An organisation's Request Tracker for tests: queues, lifecycles' users, our custom fields, tokens.
use strict;
use warnings;

our @Queues = (
    { Name => 'Social', Description => 'Cases of networks' },
    { Name => 'Complaints', Description => 'Another lifecycle, and a field that must be filled', Lifecycle => 'complaints' },
    { Name => 'Mail', Description => 'What customers mailed' },
);

our @CustomFields = (
    { Name => 'Casebridge Key', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket', ApplyTo => 0 },
    { Name => 'Casebridge Answer', Type => 'TextSingle', LookupType => 'RT::Queue-RT::Ticket', ApplyTo => 0 },
    { Name => 'Casebridge Tags', Type => 'FreeformMultiple', LookupType => 'RT::Queue-RT::Ticket', ApplyTo => 0 },
    { Name => 'Channel', Type => 'SelectSingle', LookupType => 'RT::Queue-RT::Ticket', ApplyTo => 0,
      Values => [ map { { Name => $_ } } qw(x mastodon facebook instagram mail phone reviews web other) ] },
    { Name => 'Author', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket', ApplyTo => 0 },
    { Name => 'Product', Type => 'SelectSingle', LookupType => 'RT::Queue-RT::Ticket', ApplyTo => ['Complaints'],
      Pattern => '(?#Mandatory).', Values => [ { Name => 'Router' }, { Name => 'Phone' } ] },
    { Name => 'Casebridge Key', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket-RT::Transaction', ApplyTo => 0 },
    { Name => 'Permalink', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket-RT::Transaction', ApplyTo => 0 },
    { Name => 'Bluesky', Type => 'FreeformSingle', LookupType => 'RT::User', ApplyTo => 0 },
    { Name => 'Casebridge Change', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket-RT::Transaction', ApplyTo => 0 },
);

our @Users = (
    { Name => 'casebridge', RealName => 'Casebridge', EmailAddress => 'casebridge@acme.example', Privileged => 1 },
    { Name => 'mia', RealName => 'Mia Lang', EmailAddress => 'mia@acme.example', Privileged => 1 },
    { Name => 'looker', RealName => 'May only look', EmailAddress => 'looker@acme.example', Privileged => 1 },
);

my @agents = qw(
    SeeQueue ShowTicket ShowTicketComments ShowOutgoingEmail CreateTicket ReplyToTicket CommentOnTicket ModifyTicket
    DeleteTicket OwnTicket TakeTicket SeeCustomField ModifyCustomField SetInitialCustomField AdminUsers
);

our @ACL = (
    ( map { { UserId => 'casebridge', Right => $_ } } @agents ),
    ( map { { UserId => 'mia', Right => $_ } } @agents, 'StealTicket', 'ReassignTicket' ),
    { UserId => 'looker', Right => 'SeeQueue' },
);

our @Final = (
    sub {
        open my $out, '>', $ENV{RT_TOKENS} or die "$ENV{RT_TOKENS}: $!";
        for my $name (qw(casebridge mia looker root)) {
            my $user = RT::User->new( RT->SystemUser );
            $user->Load($name);
            my $token = RT::AuthToken->new( RT->SystemUser );
            my ( $ok, $said, $string ) = $token->Create( Owner => $user->Id, Description => 'tests' );
            die $said unless $ok;
            print $out "$name $string\n";
        }
        close $out;
    },
);

1;
