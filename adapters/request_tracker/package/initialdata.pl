# What Casebridge needs in Request Tracker: rt-setup-database --action insert --datafile initialdata.pl
# Five custom fields for all queues, a group with the rights that it takes, a queue. Put our user into the group.
use strict;
use warnings;

our @Queues = ( { Name => 'Social', Description => 'Cases of social networks, by Casebridge' } );

our @CustomFields = (
    { Name => 'Casebridge Key', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket', ApplyTo => 0 },
    { Name => 'Casebridge Answer', Type => 'TextSingle', LookupType => 'RT::Queue-RT::Ticket', ApplyTo => 0 },
    { Name => 'Casebridge Tags', Type => 'FreeformMultiple', LookupType => 'RT::Queue-RT::Ticket', ApplyTo => 0 },
    { Name => 'Casebridge Key', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket-RT::Transaction', ApplyTo => 0 },
    { Name => 'Casebridge Change', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket-RT::Transaction', ApplyTo => 0 },
);

our @Groups = ( { Name => 'Casebridge', Description => 'What Casebridge may do' } );

our @ACL = map { { GroupDomain => 'UserDefined', GroupId => 'Casebridge', Right => $_ } } qw(
    SeeQueue ShowTicket ShowTicketComments ShowOutgoingEmail CreateTicket CommentOnTicket ReplyToTicket ModifyTicket
    DeleteTicket OwnTicket SeeCustomField ModifyCustomField SetInitialCustomField AdminUsers
);

1;
